"""Which `ast` operator stands for which of LibCST's."""

import ast

import libcst as cst

BINARY: dict[type[cst.CSTNode], ast.operator] = {
    cst.Add: ast.Add(),
    cst.BitAnd: ast.BitAnd(),
    cst.BitOr: ast.BitOr(),
    cst.BitXor: ast.BitXor(),
    cst.Divide: ast.Div(),
    cst.FloorDivide: ast.FloorDiv(),
    cst.LeftShift: ast.LShift(),
    cst.MatrixMultiply: ast.MatMult(),
    cst.Modulo: ast.Mod(),
    cst.Multiply: ast.Mult(),
    cst.Power: ast.Pow(),
    cst.RightShift: ast.RShift(),
    cst.Subtract: ast.Sub(),
}

AUGMENTED: dict[type[cst.CSTNode], ast.operator] = {
    cst.AddAssign: ast.Add(),
    cst.BitAndAssign: ast.BitAnd(),
    cst.BitOrAssign: ast.BitOr(),
    cst.BitXorAssign: ast.BitXor(),
    cst.DivideAssign: ast.Div(),
    cst.FloorDivideAssign: ast.FloorDiv(),
    cst.LeftShiftAssign: ast.LShift(),
    cst.MatrixMultiplyAssign: ast.MatMult(),
    cst.ModuloAssign: ast.Mod(),
    cst.MultiplyAssign: ast.Mult(),
    cst.PowerAssign: ast.Pow(),
    cst.RightShiftAssign: ast.RShift(),
    cst.SubtractAssign: ast.Sub(),
}

BOOLEAN: dict[type[cst.CSTNode], ast.boolop] = {
    cst.And: ast.And(),
    cst.Or: ast.Or(),
}

UNARY: dict[type[cst.CSTNode], ast.unaryop] = {
    cst.BitInvert: ast.Invert(),
    cst.Minus: ast.USub(),
    cst.Not: ast.Not(),
    cst.Plus: ast.UAdd(),
}

COMPARISON: dict[type[cst.CSTNode], ast.cmpop] = {
    cst.Equal: ast.Eq(),
    cst.GreaterThan: ast.Gt(),
    cst.GreaterThanEqual: ast.GtE(),
    cst.In: ast.In(),
    cst.Is: ast.Is(),
    cst.IsNot: ast.IsNot(),
    cst.LessThan: ast.Lt(),
    cst.LessThanEqual: ast.LtE(),
    cst.NotEqual: ast.NotEq(),
    cst.NotIn: ast.NotIn(),
}
