namespace GoGoScope.CSharp.Tests;

public sealed class FacadeTests
{
    [Fact]
    public void The_facade_stands_on_the_core() =>
        Assert.Equal("GoGoScope.CSharp", System.Reflection.Assembly.Load("GoGoScope.CSharp").GetName().Name);
}
