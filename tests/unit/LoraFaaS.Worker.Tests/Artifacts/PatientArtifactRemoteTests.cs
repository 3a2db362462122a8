using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Tests.Artifacts;

/// <summary>What a worker does while the controller that it has its artifacts from is restarted.</summary>
public sealed class PatientArtifactRemoteTests : IDisposable
{
    private static readonly Digest Asked = Digest.OfBytes([1]);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_is_asked_again_from_the_beginning()
    {
        var remote = new ScriptedRemote(new ArtifactDownload.Unavailable("away"), new ArtifactDownload.Unavailable("still away"), new ArtifactDownload.Complete(1));

        Assert.IsType<ArtifactDownload.Complete>(await DownloadAsync(remote));

        Assert.Equal([0, 0, 0], remote.LengthsBefore);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_given_up()
    {
        var remote = new ScriptedRemote(new ArtifactDownload.Unavailable("away"));
        var begun = _time.GetTimestamp();

        Assert.Equal(new ArtifactDownload.Unavailable("away"), await DownloadAsync(remote));

        Assert.InRange(_time.GetElapsedTime(begun), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        Assert.InRange(remote.LengthsBefore.Count, 10, 30);
    }

    [Fact]
    public async Task What_the_store_says_is_believed_at_once()
    {
        var remote = new ScriptedRemote(new ArtifactDownload.NotFound(), new ArtifactDownload.Complete(1));

        Assert.IsType<ArtifactDownload.NotFound>(await DownloadAsync(remote));
        Assert.Single(remote.LengthsBefore);
    }

    private async Task<ArtifactDownload> DownloadAsync(ScriptedRemote remote)
    {
        using var file = File.OpenHandle(_folder.File("incoming"), FileMode.CreateNew, FileAccess.ReadWrite);
        var downloading = new PatientArtifactRemote(remote, _time).DownloadAsync(Asked, 10, file, Stop);
        await Patience.UntilAsync(() =>
        {
            if (_time.ArmedTimers > 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return downloading.IsCompleted;
        });
        return await downloading;
    }

    /// <summary>Answers in turn, the last one for ever, and leaves a byte behind each time.</summary>
    private sealed class ScriptedRemote(params ArtifactDownload[] answers) : IArtifactRemote
    {
        private readonly List<long> _lengths = [];

        public IReadOnlyList<long> LengthsBefore => _lengths;

        public Task<ArtifactDownload> DownloadAsync(Digest digest, long maxBytes, SafeFileHandle file, CancellationToken cancellationToken)
        {
            _lengths.Add(RandomAccess.GetLength(file));
            RandomAccess.Write(file, [7], 0);
            return Task.FromResult(answers[Math.Min(_lengths.Count, answers.Length) - 1]);
        }
    }
}
