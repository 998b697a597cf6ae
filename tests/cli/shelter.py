"""A backend in which every way to miss a guard occurs once, told as an animal shelter."""

SHELTER = {
    "pyproject.toml": "[tool.fastapi-guard]\n",
    "shelter/__init__.py": "",
    "shelter/deps.py": """from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer, OAuth2PasswordBearer

oauth2 = OAuth2PasswordBearer(tokenUrl="login")
lenient = HTTPBearer(auto_error=False)


def get_session():
    yield object()


def get_keeper(token: Annotated[str, Depends(oauth2)], session: Annotated[object, Depends(get_session)]):
    try:
        return jwt.decode(token, "key", algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401)


CurrentKeeper = Annotated[dict, Depends(get_keeper)]
""",
    "shelter/animals.py": """from fastapi import APIRouter, Depends

from shelter.deps import CurrentKeeper, get_session, lenient

router = APIRouter(prefix="/animals")


@router.get("")
def list_animals(keeper: CurrentKeeper):
    return []


@router.get("/{animal_id}")
def read_animal(animal_id: int, keeper: CurrentKeeper):
    return animal_id


@router.delete("/{animal_id}")
# @requires(Depends(get_keeper))
def release_animal(animal_id: int, session=Depends(get_session)):
    return animal_id


@router.post("/{animal_id}/feed")
def feed_animal(animal_id: int, token=Depends(lenient)):
    return animal_id
""",
    "shelter/middleware.py": """from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse


class GateMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path == "/staff/menu":
            return await call_next(request)
        if request.headers.get("Authorization") != "Bearer gate":
            return JSONResponse({}, status_code=401)
        return await call_next(request)
""",
    "shelter/main.py": """from fastapi import FastAPI

from shelter.animals import router
from shelter.middleware import GateMiddleware

app = FastAPI()
app.include_router(router, prefix="/api")
staff = FastAPI()
staff.add_middleware(GateMiddleware)


@staff.get("/staff/menu")
def read_menu():
    return []


@staff.get("/staff/rota")
def read_rota():
    return []
""",
}
