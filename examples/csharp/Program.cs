using FolderIndex.CSharp;
using GoGoScope;
using GoGoScope.CSharp;

if (!CommandLine.Parse(args).TryGet(out var request, out var problem))
{
    var reason = ((Cause<string>.Failed)problem.Cause).Error;
    Console.Error.WriteLine($"{reason}; --help tells more");
    return 2;
}

return request switch
{
    Request.Index { Settings: var settings } => await Running.IndexAsync(settings),
    Request.Flaky { Seed: var seed } => await Running.FlakyAsync(seed),
    _ => Running.Help(),
};
