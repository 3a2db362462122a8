using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Processes;

/// <summary>What a blank does before it is anybody's: it rehearses, and maps the backbone that will most likely be asked for.</summary>
[Collection(DemoTests.Name)]
public sealed class PreparedTests(DemoWorld demo)
{
    private const long Limit = 16 << 20;

    [Fact]
    public async Task A_rehearsal_runs_to_its_end_and_has_nothing_to_complain_of()
    {
        using var log = new MemoryStream();
        using var pieces = Pieces.All();
        await Patience.ForAsync(Rehearsal.RunAsync(pieces, TimeProvider.System, new JsonLog(log, TimeProvider.System), CancellationToken.None));
        var said = Encoding.UTF8.GetString(log.ToArray());
        Assert.True(said.Length == 0, said);
    }

    [Fact]
    public async Task A_rehearsal_that_is_cut_short_ends()
    {
        using var log = new MemoryStream();
        using var enough = new CancellationTokenSource();
        using var pieces = Pieces.All();
        var rehearsing = Task.Run(() => Rehearsal.RunAsync(pieces, TimeProvider.System, new JsonLog(log, TimeProvider.System), enough.Token));
        await enough.CancelAsync();
        await Patience.ForAsync(rehearsing);
    }

    [Fact]
    public async Task A_rehearsal_whose_backbone_is_none_ends_and_says_so()
    {
        using var log = new MemoryStream();
        using var pieces = Pieces.All();
        pieces.Put(RehearsalRole.Backbone, Pieces.Each().Single(piece => piece.Role is RehearsalRole.Adapter).Descriptor);
        await Patience.ForAsync(Rehearsal.RunAsync(pieces, TimeProvider.System, new JsonLog(log, TimeProvider.System), CancellationToken.None));
        Assert.Contains("The rehearsal ended early", Encoding.UTF8.GetString(log.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blank_that_is_wanted_while_it_rehearses_answers_as_any_other()
    {
        await using var plain = await InProcessSandbox.OpenAsync(demo, []);
        await using var rehearsing = await InProcessSandbox.StartAsync();

        foreach (var (role, descriptor) in Pieces.Each())
        {
            using (descriptor)
            {
                await rehearsing.Worker.SendAsync(new ToSandbox { RehearsalPiece = new RehearsalPiece { Role = role } }, descriptor);
            }
        }

        Assert.NotNull((await rehearsing.Worker.OpenAsync(demo)).Ready);
        Assert.Equal(await AnswerAsync(plain), await AnswerAsync(rehearsing));
    }

    [Fact]
    public async Task A_prepared_sandbox_answers_as_any_other_and_needs_no_text_again()
    {
        await using var plain = await InProcessSandbox.OpenAsync(demo, []);
        await using var prepared = await InProcessSandbox.StartAsync();
        await PrepareAsync(prepared, DemoWorld.BackboneDigest, demo.Backbone);
        Assert.NotNull((await prepared.Worker.OpenAsync(demo, open => open.TextFiles.Clear())).Ready);

        Assert.Equal(await AnswerAsync(plain), await AnswerAsync(prepared));
    }

    /// <summary>A shorter lease than it is prepared for, the same, a longer one that its engine can reach, and one that it cannot.</summary>
    [Theory]
    [InlineData(2 << 20)]
    [InlineData(4 << 20)]
    [InlineData(8 << 20)]
    [InlineData(64 << 20)]
    public async Task One_whose_memory_was_touched_ahead_has_the_lease_it_is_given_and_answers_as_any_other(long lease)
    {
        await using var plain = await InProcessSandbox.OpenAsync(demo, []);
        await using var prepared = await InProcessSandbox.StartAsync();
        var opening = Opening(4 << 20);
        await PrepareAsync(prepared, DemoWorld.BackboneDigest, demo.Backbone, ahead => (ahead.Opening, ahead.TouchedBytes) = (opening, long.MaxValue));
        var ready = (await prepared.Worker.OpenAsync(demo, open =>
        {
            (open.DeviceBytes, open.DeviceLimitBytes) = (lease, Limit);
            open.TextFiles.Clear();
        })).Ready;
        Assert.Equal(lease, ready.Pages * ready.PageBytes);

        Assert.Equal(await AnswerAsync(plain), await AnswerAsync(prepared));
    }

    [Fact]
    public async Task One_that_was_prepared_for_another_backbone_opens_with_the_one_it_is_given()
    {
        await using var plain = await InProcessSandbox.OpenAsync(demo, []);
        await using var prepared = await InProcessSandbox.StartAsync();
        await PrepareAsync(prepared, "sha256:another", demo.Backbone);
        await PrepareAsync(prepared, "sha256:one more", demo.Backbone);
        Assert.NotNull((await prepared.Worker.OpenAsync(demo)).Ready);

        Assert.Equal(await AnswerAsync(plain), await AnswerAsync(prepared));
    }

    [Fact]
    public async Task One_that_was_prepared_with_what_is_no_backbone_says_so_when_it_is_opened()
    {
        await using var sandbox = await InProcessSandbox.StartAsync();
        await PrepareAsync(sandbox, DemoWorld.BackboneDigest, demo.Adapter("sql"));

        Assert.Equal(ErrorCode.BackboneInvalid.ToWire(), (await sandbox.Worker.OpenAsync(demo)).OpenFailed.Code);
        Assert.Equal(SandboxExit.OpenRefused, await Patience.ForAsync(sandbox.Exit));
    }

    private static Open Opening(long lease) => new()
    {
        BackboneDigest = DemoWorld.BackboneDigest, DeviceBytes = lease, DeviceLimitBytes = Limit, Threads = 2, MaxSequences = 16, MaxStepTokens = 256,
    };

    private static Task PrepareAsync(InProcessSandbox sandbox, string digest, Linux.Memory.SealedMemory segment, Action<Prepare>? change = null)
    {
        var ahead = new Prepare { BackboneDigest = digest };
        change?.Invoke(ahead);
        ahead.TextFiles.Add(DemoWorld.TextFiles().ToDictionary());
        return sandbox.Worker.SendAsync(new ToSandbox { Prepare = ahead }, segment.Descriptor);
    }

    private async Task<int[]> AnswerAsync(InProcessSandbox sandbox) =>
        (await (await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]))).EndedAsync()).Ids;
}
