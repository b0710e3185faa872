// FS0001 NetError: scopeOf fixes the error type, also where nothing in the block has one.
module FixedErrorType

open System.Threading.Tasks
open GoGoScope

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

let count () = scopeOf<DbError> {
    let! one = Task.FromResult 1
    return one
}

#if REFUSED
let work: Scoped<int, NetError> = count ()
#else
let work: Scoped<int, DbError> = count ()
#endif
