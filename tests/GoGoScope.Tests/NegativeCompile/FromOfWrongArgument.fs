// FS10001 From: From must take the error that is to be lifted.
module FromOfWrongArgument

open GoGoScope

type DbError = NoRow of Id: int

type AppError =
    | Db of DbError

#if REFUSED
    static member From(id: int) = Db(NoRow id)
#else
    static member From(error: DbError) = Db error
#endif

let work = scopeOf<AppError> {
    let! a = (Ok 1: Result<int, DbError>)
    return a
}
