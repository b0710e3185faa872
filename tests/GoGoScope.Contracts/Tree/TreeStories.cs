using System.Text.Json;
using System.Text.RegularExpressions;
using GoGoScope.Testing;

namespace GoGoScope.Contracts;

/// <summary>Both languages see the same tree.</summary>
public abstract class TreeStories(TreeFace face)
{
    private readonly VirtualClock clock = new();

    /// <summary>Without the places, which are those of the faces.</summary>
    private static string[] Lines(string text) => Regex.Replace(text, @" at [^,\n]*\.(fs|cs):\d+", "").TrimEnd('\n').Split('\n');

    private Scope Shop()
    {
        var shop = face.Open("shop", clock);
        face.Parent(shop, "till", "customer", 90);

        for (var number = 1; number <= 6; number++)
            face.Sleeper(shop, $"clerk {number}", 60);

        clock.Advance(TimeSpan.FromSeconds(5));
        return shop;
    }

    [Fact]
    public async Task The_text_tells_who_runs_and_what_for()
    {
        await using var shop = Shop();
        Assert.Equal(
            [
                "shop [running], 5 s old",
                "├─ till [waiting for its children], 5 s old",
                "│  └─ customer [running], 5 s old, waits for a delay of 00:01:30",
                "└─ clerk 1 .. clerk 6 x 6 [running], 5 s old, waits for a delay of 00:01:00",
            ],
            Lines(face.Tree(shop)));
        Assert.Equal(face.Tree(shop), face.Tree(shop, TreeFormat.Text));
    }

    [Fact]
    public async Task The_place_of_the_call_is_told()
    {
        await using var shop = Shop();
        Assert.Matches(@"till \[.*\] at .*\.(fs|cs):\d+, ", face.Tree(shop));
    }

    [Fact]
    public async Task The_chart_has_numbered_nodes()
    {
        await using var shop = Shop();
        var chart = Regex.Replace(face.Tree(shop, TreeFormat.Mermaid), @"<br/>[^<]*\.(fs|cs):\d+", "");
        Assert.Equal(
            [
                "graph TD",
                "    n1[\"shop<br/>running<br/>5 s old\"]",
                "    n2[\"till<br/>waiting for its children<br/>5 s old\"]",
                "    n1 --> n2",
                "    n3[\"customer<br/>running<br/>5 s old<br/>waits for a delay of 00:01:30\"]",
                "    n2 --> n3",
                "    n4[\"clerk 1 .. clerk 6 x 6<br/>running<br/>5 s old<br/>waits for a delay of 00:01:00\"]",
                "    n1 --> n4",
            ],
            chart.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task The_JSON_has_the_fields_that_programs_rely_on()
    {
        await using var shop = Shop();
        using var json = JsonDocument.Parse(face.Tree(shop, TreeFormat.Json));
        Assert.Equal(["version", "time", "scopes", "root"], Names(json.RootElement));
        Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
        Assert.Equal(clock.GetUtcNow(), json.RootElement.GetProperty("time").GetDateTimeOffset());
        Assert.Equal(9, json.RootElement.GetProperty("scopes").GetInt32());

        var root = json.RootElement.GetProperty("root");
        Assert.Equal(
            [
                "id", "name", "kind", "state", "reason", "ageSeconds", "ageIsLeast", "secondsLeft", "site", "waits", "permits",
                "limit", "children", "groups",
            ],
            Names(root));

        var till = Assert.Single(root.GetProperty("children").EnumerateArray());
        Assert.Equal("till", till.GetProperty("name").GetString());
        Assert.Equal("waiting", till.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, till.GetProperty("secondsLeft").ValueKind);
        var customer = Assert.Single(till.GetProperty("children").EnumerateArray());
        Assert.Equal("a delay of 00:01:30", Assert.Single(customer.GetProperty("waits").EnumerateArray()).GetString());

        var clerks = Assert.Single(root.GetProperty("groups").EnumerateArray());
        Assert.Equal(
            [
                "count", "first", "last", "kind", "state", "reason", "ageSeconds", "ageIsLeast", "youngestSeconds", "secondsLeft",
                "site", "waits", "permits", "children", "groups",
            ],
            Names(clerks));
        Assert.Equal(5, clerks.GetProperty("ageSeconds").GetDouble());
        Assert.Equal("fork", clerks.GetProperty("kind").GetString());

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
    }
}
