using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Tests.Sharing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class VerifiedFoldersTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    private string List => _folder.File("verified-backbones.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_that_was_verified_is_known_to_the_next_worker_until_its_files_or_its_place_are_others()
    {
        var (known, stamp) = (Known("/a"), new CheckpointStamp("model.safetensors 1", _clock.GetUtcNow().AddSeconds(-10)));
        Assert.False(Create().Holds(known, stamp));

        Create().Note(known, stamp);

        Assert.True(Create().Holds(known, stamp));
        Assert.False(Create().Holds(known, stamp with { Text = "model.safetensors 2" }));
        Assert.False(Create().Holds(Known("/b"), stamp));

        Create().Forget(known.Digest);
        Assert.False(Create().Holds(known, stamp));
    }

    [Fact]
    public void What_was_written_a_moment_ago_is_not_remembered_yet()
    {
        var (known, stamp) = (Known("/a"), new CheckpointStamp("model.safetensors 1", _clock.GetUtcNow()));

        Create().Note(known, stamp);
        Assert.False(Create().Holds(known, stamp));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Create().Note(known, stamp);
        Assert.True(Create().Holds(known, stamp));
    }

    [Fact]
    public void A_list_that_cannot_be_read_is_an_empty_one()
    {
        File.WriteAllText(List, "{ not json");
        var (known, stamp) = (Known("/a"), new CheckpointStamp("model.safetensors 1", DateTimeOffset.UnixEpoch));
        var folders = Create();

        Assert.False(folders.Holds(known, stamp));
        folders.Note(known, stamp);
        Assert.True(Create().Holds(known, stamp));
    }

    /// <summary>Its digest is another, so a worker that serves it went by the stamp.</summary>
    [Theory]
    [InlineData("changed", true)]
    [InlineData("always", false)]
    public async Task A_worker_goes_by_the_stamp_unless_it_is_told_to_count_always(string verify, bool isServed)
    {
        var checkpoint = _folder.Folder("checkpoint");
        SyntheticBackbone.Write(checkpoint, layers: 1);
        var known = Known(checkpoint);
        Directory.CreateDirectory(_folder.File("worker"));
        Create(_folder.File("worker/verified-backbones.json")).Note(known, CheckpointStamp.Of(checkpoint)!);

        await using var worker = await WorkerUnderTest.StartAsync(_folder, null, "--Worker:VerifyBackbones", verify);
        worker.Get<BackboneCatalogue>().Know(known);
        var loaded = await Patience.ForAsync(worker.Get<BackboneStore>().EnsureAsync(known.Digest, TestContext.Current.CancellationToken));

        Assert.Equal(isServed, loaded is Loading<PackedBackbone>.Ready);
    }

    private static KnownBackbone Known(string path) => new(Digest.FromHash(new byte[32]), "some", path);

    private VerifiedFolders Create() => Create(List);

    private VerifiedFolders Create(string list) => new(list, _clock, NullLogger<VerifiedFolders>.Instance);
}
