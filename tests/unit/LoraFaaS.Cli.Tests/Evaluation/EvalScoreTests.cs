using LoraFaaS.Cli.Evaluation;

namespace LoraFaaS.Cli.Tests.Evaluation;

public sealed class EvalScoreTests
{
    [Theory]
    [InlineData("yes", " yes\n", false, true)]
    [InlineData("yes", "Yes", false, false)]
    [InlineData("yes", "Yes", true, true)]
    [InlineData("yes", "yes sir", false, false)]
    public void An_exact_answer_may_differ_in_white_space_at_its_ends_alone(string expected, string answer, bool ignoreCase, bool right) =>
        Assert.Equal(right, EvalScore.IsRight(new EvalCase { Prompt = "p", Expected = expected }, answer, ignoreCase));

    [Theory]
    [InlineData("^SELECT .* FROM", "SELECT a FROM b", false, true)]
    [InlineData("^select", "SELECT a", false, false)]
    [InlineData("^select", "SELECT a", true, true)]
    [InlineData("^b", "ab", false, false)]
    public void A_pattern_is_looked_for_anywhere_unless_anchored(string pattern, string answer, bool ignoreCase, bool right) =>
        Assert.Equal(right, EvalScore.IsRight(new EvalCase { Prompt = "p", Pattern = pattern }, answer, ignoreCase));

    [Fact]
    public void A_pattern_that_does_not_end_is_a_wrong_answer() =>
        Assert.False(EvalScore.IsRight(new EvalCase { Prompt = "p", Pattern = "^(a+)+$" }, new string('a', 40) + "!", false));
}
