using LoraFaaS.Cli.Evaluation;

namespace LoraFaaS.Cli.Tests.Evaluation;

public sealed class EvalFileTests
{
    [Fact]
    public void Cases_are_read_in_order_and_blank_lines_are_passed_over()
    {
        var cases = Parse("""{"prompt":"a","expected":"1"}""", "", """{"prompt":"b","pattern":"^2"}""");

        Assert.Equal(["a", "b"], cases.Select(one => one.Prompt));
        Assert.Equal("^2", cases[1].Pattern);
    }

    [Fact]
    public void No_more_are_read_than_asked_for() =>
        Assert.Single(EvalFile.Parse("f", ["""{"prompt":"a","expected":"1"}""", "not JSON"], 1));

    [Theory]
    [InlineData("{", "f:2")]
    [InlineData("""{"expected":"1"}""", "prompt")]
    [InlineData("""{"prompt":"a"}""", "expected")]
    [InlineData("""{"prompt":"a","expected":"1","pattern":"1"}""", "pattern")]
    [InlineData("""{"prompt":"a","pattern":"("}""", "f:2: pattern")]
    public void A_wrong_line_is_named(string line, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => Parse("""{"prompt":"a","expected":"1"}""", line)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_without_cases_is_refused() => Assert.Throws<UsageException>(() => Parse("", " "));

    [Fact]
    public void A_file_that_is_not_there_is_refused() => Assert.Throws<UsageException>(() => EvalFile.Read("/nowhere/cases.jsonl", 1));

    private static IReadOnlyList<EvalCase> Parse(params string[] lines) => EvalFile.Parse("f", lines, int.MaxValue);
}
