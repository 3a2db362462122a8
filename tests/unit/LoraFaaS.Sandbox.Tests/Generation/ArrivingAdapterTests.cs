using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Arrivals;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>Prompts that begin before their adapter is whole.</summary>
[Collection(DemoTests.Name)]
public sealed class ArrivingAdapterTests(DemoWorld demo)
{
    private const double Most = 0.9;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_prompt_says_the_same_whether_its_adapter_was_there_or_came_meanwhile(int pieces)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        using var piece = new ArrivingPiece(demo, "sql");
        piece.Fill(Most / pieces);
        await piece.HandOverAsync(sandbox.Worker);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));

        for (var i = 2; i <= pieces; i++)
        {
            piece.Fill(i * Most / pieces);
        }

        // No word leaves before somebody has vouched for what it was computed with.
        piece.Fill(1);
        Assert.Empty(generation.Events);
        piece.End(ArrivalState.Whole);

        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sql", Prompt: "task-sql" }).Text, (await generation.EndedAsync()).Text);
        Assert.Equal(DemoWorld.DigestOf("sql"), (await sandbox.Worker.NextAsync()).AdapterLoaded.AdapterDigest);

        var warm = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));
        Assert.Equal(generation.Text, (await warm.EndedAsync()).Text);
        Assert.True(generation.Finished.ColdStart.AdapterMs >= 0);
        Assert.Equal(0, warm.Finished.ColdStart.AdapterMs);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    public async Task One_that_is_lost_on_its_way_takes_its_prompt_with_it_and_leaves_no_page(double share)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        using var piece = new ArrivingPiece(demo, "sql");
        piece.Fill(share);
        await piece.HandOverAsync(sandbox.Worker);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));
        piece.End(ArrivalState.Lost);

        Assert.Equal(ErrorCode.NotResident.ToWire(), (await generation.EndedAsync()).Failed.Code);
        Assert.DoesNotContain(generation.Events, happened => happened.Started is not null);
        Assert.Equal(ErrorCode.NotResident.ToWire(), (await sandbox.Worker.NextAsync()).AdapterRefused.Code);
        await Patience.UntilAsync(() => sandbox.Worker.Load is { PagesUsed: 0, Running: 0, Waiting: 0 });

        // And the same adapter comes as ever.
        Assert.NotNull((await sandbox.Worker.LoadAsync(demo, "sql")).AdapterLoaded);
        var again = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));
        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sql", Prompt: "task-sql" }).Text, (await again.EndedAsync()).Text);
    }

    [Fact]
    public async Task Others_answer_while_one_waits_for_its_adapter()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["sentiment"]);
        using var piece = new ArrivingPiece(demo, "sql");
        piece.Fill(0.1);
        await piece.HandOverAsync(sandbox.Worker);
        var waiting = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));
        var other = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", demo.Prompts["task-sentiment"]));

        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sentiment", Prompt: "task-sentiment" }).Text, (await other.EndedAsync()).Text);
        Assert.Empty(waiting.Events);
        piece.Fill(1);
        piece.End(ArrivalState.Whole);
        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sql", Prompt: "task-sql" }).Text, (await waiting.EndedAsync()).Text);
    }

    [Fact]
    public async Task What_others_may_still_write_to_is_refused()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        using var page = Linux.Memory.SharedPage.Create("arrival");
        using var memory = Linux.Memory.UnsealedMemory.Create("open", demo.Adapter("sql").Length);
        await sandbox.Worker.SendAsync(new ToSandbox { ArrivalPage = new ArrivalPage { AdapterDigest = DemoWorld.DigestOf("sql") } }, page.Descriptor);
        await sandbox.Worker.SendAsync(WorkerSide.Loading(demo, "sql"), memory.Descriptor);

        Assert.Equal(ErrorCode.AdapterInvalid.ToWire(), (await sandbox.Worker.NextAsync()).AdapterRefused.Code);
    }
}
