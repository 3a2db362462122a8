using LoraFaaS.Functions.Testing;
using LoraFaaS.Samples.CheckedSql;

namespace LoraFaaS.FunctionsTests.Samples;

public sealed class CheckedSqlFunctionTests
{
    private const string Question = "Table hotels (name, stars, city)\nShow the lowest stars per name.";
    private const string Good = "SELECT name, MIN(stars) FROM hotels GROUP BY name;";
    private const string Stray = "SELECT name FROM guests;";

    [Fact]
    public async Task Draft_and_second_opinion_that_agree_say_so()
    {
        var adapter = new ScriptedGenerator(Good, Good);
        using var call = new TestInvocation(Question, adapter);

        var answer = await call.RunAsync(new CheckedSqlFunction());

        Assert.Contains("\"agreed\":true", answer, StringComparison.Ordinal);
        Assert.Equal(2, adapter.Asked.Count);
        Assert.Null(adapter.Asked[0].Sampling.Temperature);
        Assert.True(adapter.Asked[1].Sampling.Temperature > 0);
    }

    [Fact]
    public async Task A_draft_that_strays_is_replaced_by_an_opinion_that_does_not()
    {
        using var call = new TestInvocation(Question, new ScriptedGenerator(Stray, Good));

        Assert.Contains("MIN(stars)", await call.RunAsync(new CheckedSqlFunction()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_stray_are_no_answer()
    {
        using var call = new TestInvocation(Question, new ScriptedGenerator(Stray, Stray));

        await call.RunAsync(new CheckedSqlFunction());

        Assert.Equal(422, call.Context.Response.StatusCode);
    }

    [Theory]
    [InlineData("SELECT name FROM hotels WHERE city = 'Oslo; DROP';", true)]
    [InlineData("SELECT name FROM hotels; DELETE FROM hotels", false)]
    [InlineData("DELETE FROM hotels", false)]
    [InlineData("SELECT password FROM hotels", false)]
    public void Only_the_questions_table_is_allowed(string sql, bool allowed) => Assert.Equal(allowed, TableShape.TryParse(Question)!.Allows(sql));

    [Fact]
    public async Task A_body_without_a_table_is_the_callers_mistake()
    {
        using var call = new TestInvocation("what is the answer", new ScriptedGenerator());

        await call.RunAsync(new CheckedSqlFunction());

        Assert.Equal(400, call.Context.Response.StatusCode);
    }
}
