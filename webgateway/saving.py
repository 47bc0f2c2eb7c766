"""The commit of what a form says."""

from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import Field

from .db import db


def kept(form: FlaskForm, field: Field, taken: str) -> bool:
    """Commit; False when somebody took, in the same moment, what may be there only once. The words beside the
    field are those of the form where it sees that now, else `taken` beside `field`."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if form.validate():
            field.errors = [taken]
        return False
    return True
