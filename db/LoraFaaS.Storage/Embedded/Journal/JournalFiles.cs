using System.Globalization;
using LoraFaaS.Storage.Embedded.Files;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// The files of one store in its folder: <c>journal-N</c> holds what was written since <c>snapshot-N</c> (none for N = 1).
/// </summary>
internal sealed class JournalFiles(string folder)
{
    private const string JournalPrefix = "journal-";
    private const string SnapshotPrefix = "snapshot-";

    public string Folder { get; } = folder;

    public string Journal(long generation) => Path.Combine(Folder, JournalPrefix + generation.ToString("D8", CultureInfo.InvariantCulture));

    public string Snapshot(long generation) => Path.Combine(Folder, SnapshotPrefix + generation.ToString("D8", CultureInfo.InvariantCulture));

    /// <summary>Generations in ascending order.</summary>
    public IReadOnlyList<long> Journals() => Generations(JournalPrefix);

    public IReadOnlyList<long> Snapshots() => Generations(SnapshotPrefix);

    /// <summary>Removes what a snapshot has made superfluous, and what a crash left half-written.</summary>
    public void RemoveBefore(long generation)
    {
        foreach (var old in Journals().Where(candidate => candidate < generation))
        {
            File.Delete(Journal(old));
        }

        foreach (var old in Snapshots().Where(candidate => candidate < generation))
        {
            File.Delete(Snapshot(old));
        }
    }

    public void RemoveTemporary()
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*" + DurableFiles.TemporarySuffix))
        {
            File.Delete(path);
        }
    }

    private List<long> Generations(string prefix)
    {
        var generations = new List<long>();

        foreach (var path in Directory.EnumerateFiles(Folder, prefix + "*"))
        {
            if (long.TryParse(Path.GetFileName(path.AsSpan())[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
            {
                generations.Add(generation);
            }
        }

        generations.Sort();
        return generations;
    }
}
