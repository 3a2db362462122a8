using LoraFaaS.Storage.Embedded.Plans;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class OlderFilesTests
{
    /// <summary>A controller that is begun on the data of an older release must start: what that one did not write is empty, and not null.</summary>
    [Fact]
    public async Task A_plan_that_was_stored_before_plans_named_their_workers_is_read()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(
            folder.File("000000000001.json"),
            """{"number":1,"madeAt":"2026-11-01T11:42:24+00:00","controller":"old","leaderToken":1,"worthMs":0,"lines":[]}""",
            TestContext.Current.CancellationToken);

        var plan = await EmbeddedPlanStore.Open(folder.Path).FindNewestAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, plan?.Number);
        Assert.Empty(plan!.Workers);
    }
}
