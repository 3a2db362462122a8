using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Which of the disk cache's files were read to the last byte and found to be what their names say, each with its stamp at that time: while the stamp is the same, a load
/// need not count the digest again. One small file each in <c>{folder}/{64 hex digits}</c>, so that it serves the worker that starts next. See Checkpoints' <c>decisions/0005</c>.
/// </summary>
internal sealed partial class VerifiedArtifacts(string folder, TimeProvider time, ILogger<VerifiedArtifacts> logger)
{
    /// <summary>A file that is written twice within a tick of its file system's clock has one time for both.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, string> _known = [];

    /// <summary>Whether a file with this stamp was seen to have this digest.</summary>
    public bool Holds(Digest artifact, FileStamp stamp)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(artifact, out var known))
            {
                _known[artifact] = known = Recover(artifact);
            }

            return known == stamp.Text;
        }
    }

    /// <summary>It was read whole and has its digest. What was changed a moment ago is not remembered: it may change again and look the same.</summary>
    /// <param name="artifact">Its digest.</param>
    /// <param name="stamp">The same before it was read and after.</param>
    public void Note(Digest artifact, FileStamp stamp)
    {
        if (time.GetUtcNow() - stamp.Changed >= Settled)
        {
            Keep(artifact, stamp);
        }
    }

    /// <summary>
    /// It was counted while this worker wrote it, and has its name since. Remembered where the stamp tells the naming from the writing: a later writer's time is then another,
    /// however soon it comes.
    /// </summary>
    public void NoteWritten(Digest artifact, FileStamp stamp)
    {
        if (stamp.IsWrittenBeforeChanged)
        {
            Keep(artifact, stamp);
        }
    }

    public void Forget(Digest artifact)
    {
        lock (_gate)
        {
            _known.Remove(artifact);
            File.Delete(PathOf(artifact));
        }
    }

    /// <summary>At start: what is said of artifacts that are gone is rubbish.</summary>
    public void ForgetOthers(Predicate<Digest> isThere)
    {
        Directory.CreateDirectory(folder);

        foreach (var name in Directory.EnumerateFiles(folder).Select(Path.GetFileName))
        {
            if (Digest.TryParse($"sha256:{name}", out var artifact) && !isThere(artifact))
            {
                File.Delete(PathOf(artifact));
            }
        }
    }

    private void Keep(Digest artifact, FileStamp stamp)
    {
        lock (_gate)
        {
            if (_known.GetValueOrDefault(artifact) == stamp.Text)
            {
                return;
            }

            _known[artifact] = stamp.Text;

            try
            {
                // Torn by a crash it says something else, and the digest is counted once more.
                File.WriteAllText(PathOf(artifact), stamp.Text);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNotKept(failure, artifact);
            }
        }
    }

    /// <summary>Empty: nothing is known of it.</summary>
    private string Recover(Digest artifact)
    {
        try
        {
            return File.Exists(PathOf(artifact)) ? File.ReadAllText(PathOf(artifact)) : "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(failure, artifact);
            return "";
        }
    }

    private string PathOf(Digest artifact) => Path.Combine(folder, artifact.Hex);

    [LoggerMessage(3106, LogLevel.Warning, "That artifact {Digest} was verified cannot be kept; the next worker counts its digest again")]
    private partial void LogNotKept(Exception exception, Digest digest);

    [LoggerMessage(3107, LogLevel.Warning, "Whether artifact {Digest} was verified cannot be read; its digest is counted again")]
    private partial void LogUnreadable(Exception exception, Digest digest);
}
