/// The stories run on both paths: GoGoScope.Dynamic.Tests holds the same files and is never optimised.
module GoGoScope.Tests.BuilderPathTests

open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

[<Fact>]
let ``this build takes the path that it is there for`` () =
#if DEBUG || DYNAMIC
    let expected = "DynamicBlock`2"
#else
    let expected = "StaticBlock`3"
#endif
    let inferred: Scoped<int, string> = scope { return 1 }

    let waits: Scoped<int, string> = scope {
        let! a = inferred
        and! b = inferred
        return a + b
    }

    let fixedError: Scoped<int, AppError> = scopeOf<AppError> { return 1 }

    for block in [ box inferred; box waits; box fixedError ] do
        equal expected (block.GetType().Name)
