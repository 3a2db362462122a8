using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Backbones;

/// <summary>
/// The backbones whose folders were once read to the last byte and found to be what was registered, each with its files' stamp at that time: while the stamp is
/// the same, a load need not count the digest again, which is what bounds it. Kept in a file, so that it serves the worker that starts next.
/// See Checkpoints' <c>decisions/0004</c>.
/// </summary>
internal sealed partial class VerifiedFolders(string path, TimeProvider time, ILogger<VerifiedFolders> logger)
{
    /// <summary>A file that is written twice within a tick of its file system's clock has one time for both.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Dictionary<string, VerifiedFolder>? _known;

    /// <summary>Whether a folder with these stamps was seen to have this digest.</summary>
    public bool Holds(KnownBackbone backbone, CheckpointStamp stamp)
    {
        lock (_gate)
        {
            return Known().TryGetValue(backbone.Digest.Value, out var folder) && folder == new VerifiedFolder(backbone.Path, stamp.Text);
        }
    }

    /// <summary>It was read whole and has its digest. What was changed a moment ago is not remembered: it may change again and look the same.</summary>
    /// <param name="stamp">The same before it was read and after.</param>
    public void Note(KnownBackbone backbone, CheckpointStamp stamp)
    {
        if (time.GetUtcNow() - stamp.Newest < Settled)
        {
            return;
        }

        lock (_gate)
        {
            Known()[backbone.Digest.Value] = new VerifiedFolder(backbone.Path, stamp.Text);
            Save();
        }
    }

    public void Forget(Digest backbone)
    {
        lock (_gate)
        {
            if (Known().Remove(backbone.Value))
            {
                Save();
            }
        }
    }

    private Dictionary<string, VerifiedFolder> Known() => _known ??= Recover();

    private void Save()
    {
        try
        {
            var next = path + ".next";
            File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(_known!, BackboneJson.Default.DictionaryStringVerifiedFolder));
            File.Move(next, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk costs the next worker a longer load, and this one nothing.
            LogNotKept(failure, path);
        }
    }

    private Dictionary<string, VerifiedFolder> Recover()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), BackboneJson.Default.DictionaryStringVerifiedFolder) ?? [] : [];
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(failure, path);
            return [];
        }
    }

    [LoggerMessage(3405, LogLevel.Warning, "What backbones were verified cannot be kept at {Path}; the next load counts their digests again")]
    private partial void LogNotKept(Exception exception, string path);

    [LoggerMessage(3406, LogLevel.Warning, "The list of verified backbones at {Path} cannot be read; the next load counts their digests again")]
    private partial void LogUnreadable(Exception exception, string path);
}
