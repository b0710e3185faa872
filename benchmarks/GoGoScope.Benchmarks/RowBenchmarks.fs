namespace GoGoScope.Benchmarks

open System.Threading.Tasks
open BenchmarkDotNet.Attributes

/// The rows of a room for BenchmarkDotNet, which looks closer at one of them than the table does. Per run of a
/// contender: divide by the row's units to compare with the table.
[<AbstractClass>]
type RowBenchmarks(rows: Row list) =
    let find name =
        rows |> List.find (fun row -> $"{row.Name} / {row.Peer.Name}" = name)

    member _.Names =
        rows |> Seq.map (fun row -> $"{row.Name} / {row.Peer.Name}") |> Seq.distinct

    [<ParamsSource("Names")>]
    member val Row = "" with get, set

    [<Benchmark(Baseline = true)>]
    member this.Peer() : Task = (find this.Row).Peer.Run 1

    [<Benchmark>]
    member this.Ours() : Task = (find this.Row).Ours.Run 1

/// What a scope and its children cost over what one writes by hand.
[<MemoryDiagnoser>]
type ScopeBenchmarks() =
    inherit RowBenchmarks(ScopeRows.rows)

/// What `scope { }` costs over `task { }` that matches results by hand.
[<MemoryDiagnoser>]
type BuilderBenchmarks() =
    inherit RowBenchmarks(BuilderRows.rows)

/// What `and!` costs over `Task.WhenAll`.
[<MemoryDiagnoser>]
type GroupBenchmarks() =
    inherit RowBenchmarks(GroupRows.rows)

/// What bounded parallelism costs over `Parallel.ForEachAsync`.
[<MemoryDiagnoser>]
type ParallelBenchmarks() =
    inherit RowBenchmarks(ParallelRows.rows)
