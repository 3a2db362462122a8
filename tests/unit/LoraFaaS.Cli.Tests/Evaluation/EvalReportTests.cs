using LoraFaaS.Cli.Evaluation;

namespace LoraFaaS.Cli.Tests.Evaluation;

public sealed class EvalReportTests
{
    [Theory]
    [InlineData(3, 1, null, true)]
    [InlineData(3, 1, 0.75, true)]
    [InlineData(3, 1, 0.76, false)]
    [InlineData(0, 4, null, true)]
    public void The_threshold_decides(int right, int wrong, double? threshold, bool passes)
    {
        var report = EvalReport.Of("f", [.. Answers(right, wrong)], threshold, TimeSpan.FromSeconds(2));

        Assert.Equal(passes, report.Passes);
        Assert.Equal(wrong, report.Wrong.Count);
        Assert.Equal((right + wrong) * 5 / 2.0, report.TokensPerSecond);
    }

    [Fact]
    public void A_call_without_an_answer_fails_the_run_whatever_the_threshold()
    {
        EvalAnswer[] answers = [.. Answers(9, 0), Answer(10, false) with { Error = "gone", TtftMs = 0 }];

        var report = EvalReport.Of("f", answers, 0.5, TimeSpan.FromSeconds(1));

        Assert.False(report.Passes);
        Assert.Equal(1, report.Failed);
        Assert.Equal(10, report.TtftP50Ms);
    }

    private static IEnumerable<EvalAnswer> Answers(int right, int wrong) =>
        Enumerable.Range(1, right + wrong).Select(number => Answer(number, number <= right));

    private static EvalAnswer Answer(int number, bool right) =>
        new() { Case = number, Prompt = "p", Expected = "e", Answer = "a", Right = right, TtftMs = 10, CompletionTokens = 5 };
}
