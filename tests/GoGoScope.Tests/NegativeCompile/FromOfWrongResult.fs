// FS10001 From: From must give the error type of the block.
module FromOfWrongResult

open GoGoScope

type DbError = NoRow of Id: int

type AppError =
    | Db of DbError

#if REFUSED
    static member From(error: DbError) = $"{error}"
#else
    static member From(error: DbError) = Db error
#endif

let work = scopeOf<AppError> {
    let! a = (Ok 1: Result<int, DbError>)
    return a
}
