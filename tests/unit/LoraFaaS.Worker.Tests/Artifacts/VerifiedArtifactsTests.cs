using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class VerifiedArtifactsTests : IDisposable
{
    private static readonly Digest Artifact = Digest.OfBytes([1]);
    private static readonly DateTime Written = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    public VerifiedArtifactsTests() => Create().ForgetOthers(_ => true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_that_was_verified_is_known_to_the_next_worker_until_its_file_is_another()
    {
        var stamp = Stamp(writtenAgo: 20, changedAgo: 10);
        Assert.False(Create().Holds(Artifact, stamp));

        Create().Note(Artifact, stamp);

        Assert.True(Create().Holds(Artifact, stamp));
        Assert.False(Create().Holds(Artifact, stamp with { Text = "another" }));

        Create().Forget(Artifact);
        Assert.False(Create().Holds(Artifact, stamp));
    }

    [Fact]
    public void What_was_changed_a_moment_ago_is_not_remembered_yet()
    {
        var stamp = Stamp(writtenAgo: 20, changedAgo: 0);

        Create().Note(Artifact, stamp);
        Assert.False(Create().Holds(Artifact, stamp));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Create().Note(Artifact, stamp);
        Assert.True(Create().Holds(Artifact, stamp));
    }

    [Fact]
    public void What_was_written_here_is_remembered_at_once_where_a_later_writer_would_show()
    {
        Create().NoteWritten(Artifact, Stamp(writtenAgo: 0, changedAgo: 0));
        Assert.False(Create().Holds(Artifact, Stamp(writtenAgo: 0, changedAgo: 0)));

        Create().NoteWritten(Artifact, Stamp(writtenAgo: 1, changedAgo: 0));
        Assert.True(Create().Holds(Artifact, Stamp(writtenAgo: 1, changedAgo: 0)));
    }

    [Fact]
    public void What_is_said_of_artifacts_that_are_gone_is_cleared_away()
    {
        var (gone, stamp) = (Digest.OfBytes([2]), Stamp(writtenAgo: 20, changedAgo: 10));
        Create().Note(Artifact, stamp);
        Create().Note(gone, stamp);

        Create().ForgetOthers(artifact => artifact == Artifact);

        Assert.True(Create().Holds(Artifact, stamp));
        Assert.False(Create().Holds(gone, stamp));
    }

    /// <summary>Its name is another digest than its content's, so a worker that loads it went by the stamp.</summary>
    [Theory]
    [InlineData("changed", false, true)]
    [InlineData("changed", true, false)]
    [InlineData("always", false, false)]
    public async Task A_load_goes_by_the_stamp_unless_the_file_changed_or_it_is_told_to_count_always(string verify, bool changes, bool isLoaded)
    {
        var token = TestContext.Current.CancellationToken;
        var backbone = await Demo.BackboneDigestAsync(token);
        var file = Path.Combine(Directory.CreateDirectory(_folder.File("worker", "artifacts")).FullName, Artifact.Hex);
        await File.WriteAllBytesAsync(file, await Demo.ArchiveAsync("sentiment", token), token);
        var verified = Create("worker/verified-artifacts");
        verified.ForgetOthers(_ => true);
        File.SetLastWriteTimeUtc(file, Written);
        verified.NoteWritten(Artifact, FileStamp.Of(file)!);

        if (changes)
        {
            File.SetLastWriteTimeUtc(file, Written.AddSeconds(1));
        }

        await using var worker = await WorkerUnderTest.StartAsync(_folder, null, "--Worker:VerifyAdapters", verify, "--Worker:BlankSandboxes", "0");
        worker.Get<BackboneCatalogue>().Know(new KnownBackbone(backbone, "demo", Demo.BackboneFolder));
        var loading = worker.Get<AdapterHostCache>().EnsureAsync(new AdapterKey(Artifact, backbone), 0, token);

        if (isLoaded)
        {
            Assert.IsType<Loading<HostAdapter>.Ready>(await Patience.ForAsync(loading)).Value.Dispose();
        }
        else
        {
            // Counted, and discarded for what it is; nobody waits for the store, of which this worker knows none.
            await Patience.UntilAsync(() => !File.Exists(file));
        }
    }

    private FileStamp Stamp(int writtenAgo, int changedAgo) =>
        new($"written {writtenAgo} changed {changedAgo}", _clock.GetUtcNow().AddSeconds(-writtenAgo), _clock.GetUtcNow().AddSeconds(-changedAgo));

    private VerifiedArtifacts Create(string name = "verified") => new(_folder.File(name), _clock, NullLogger<VerifiedArtifacts>.Instance);
}
