using LoraFaaS.SystemTests.Platform;

namespace LoraFaaS.SystemTests;

/// <summary>Trained adapters answer over HTTP as well as they did where they were trained (deploy/demo/README.md).</summary>
[Collection(DemoGroup.Name)]
public sealed class AccuracyTests(DemoPlatform demo, ITestOutputHelper output)
{
    private const int Callers = 8;

    public static TheoryData<string> Functions => [.. DemoData.Accuracy.Keys];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Every_adapter_reaches_its_stated_accuracy(string function)
    {
        var accuracy = await MeasureAsync(function, function, DemoData.Cases(function));

        Assert.InRange(accuracy, DemoData.Accuracy[function] - 0.5, 100);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task The_bare_backbone_stays_at_nothing(string function) =>
        Assert.Equal(0, await MeasureAsync("lory-5m", function, DemoData.Cases(function)));

    [Theory]
    [InlineData("sql", "sentiment")]
    [InlineData("sentiment", "ticket-router")]
    [InlineData("ticket-router", "en-fr")]
    [InlineData("en-fr", "product-title")]
    [InlineData("product-title", "normalise")]
    [InlineData("normalise", "sql")]
    public async Task A_wrong_adapter_stays_at_nothing(string adapter, string task) =>
        Assert.Equal(0, await MeasureAsync(adapter, task, DemoData.Cases(task)));

    /// <summary>Percent of cases answered exactly, eight callers at a time, so that batches mix.</summary>
    private async Task<double> MeasureAsync(string function, string task, IReadOnlyList<(string Prompt, string Expected)> cases)
    {
        var right = 0;

        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (item, _) =>
        {
            if ((await demo.Running.AnswerAsync(function, item.Prompt)).Trim() == item.Expected)
            {
                Interlocked.Increment(ref right);
            }
        });

        var percent = 100.0 * right / cases.Count;
        output.WriteLine($"{function} on {task}: {right} of {cases.Count}");
        return percent;
    }
}
