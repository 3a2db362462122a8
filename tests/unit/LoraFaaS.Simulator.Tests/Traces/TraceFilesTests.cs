using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Simulator.Tests.Traces;

public sealed class TraceFilesTests
{
    [Theory]
    [InlineData("-1,10,10")]
    [InlineData("NaN,10,10")]
    [InlineData("Infinity,10,10")]
    [InlineData("1,-10,10")]
    [InlineData("1,10,-10")]
    [InlineData("1,10")]
    [InlineData("now,10,10")]
    public void A_line_that_is_no_call_is_refused_with_its_text(string line)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("calls.csv"), $"arrival_s,input_tokens,output_tokens\n{line}\n");

        Assert.Contains(line, Assert.Throws<FormatException>(() => TraceFiles.ReadRequests(folder.File("calls.csv"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_790_000_000, 0)]
    [InlineData(300, 300)]
    public void Instants_of_a_clock_begin_at_the_first_call_and_a_lead_stays(double first, double at)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("calls.csv"), FormattableString.Invariant($"arrival_s,input_tokens,output_tokens,function\n{first + 7},10,20,b\n{first},30,40,a\n"));
        var trace = TraceFiles.ReadRequests(folder.File("calls.csv"));

        Assert.Equal([at, at + 7], trace.Arrival);
        Assert.Equal(at + 7, trace.Length);
        Assert.Equal(["a", "b"], trace.Functions.Select(function => function.Name));
        Assert.Equal([30, 10], trace.PromptTokens);
    }

    [Fact]
    public void Calls_that_come_all_at_once_last_a_second()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("calls.csv"), "arrival_s,input_tokens,output_tokens\n0,10,20\n0,10,20\n");

        Assert.Equal(1, TraceFiles.ReadRequests(folder.File("calls.csv")).Length);
    }
}
