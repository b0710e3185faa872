namespace GoGoScope

open System.Runtime.CompilerServices

[<assembly: InternalsVisibleTo("GoGoScope.CSharp")>]
[<assembly: InternalsVisibleTo("GoGoScope.Testing")>]
[<assembly: InternalsVisibleTo("GoGoScope.Tests")>]
[<assembly: InternalsVisibleTo("GoGoScope.Dynamic.Tests")>]
[<assembly: InternalsVisibleTo("GoGoScope.Benchmarks")>]
do ()
