using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// What is said to a confined process that opens a file. The kernel's file rules decide about what is let through; this decides what is
/// refused at once, and what is worth a line in the log.
/// </summary>
internal sealed class OpeningRules(Confinement confinement, int processId)
{
    private readonly string[] _roots =
    [
        .. confinement.Readable, .. confinement.Executable, $"/proc/{processId}", .. confinement.WritableFolder is { } folder ? (string[])[folder] : [],
    ];

    /// <summary>A lock on what is its own alone: it gets none there either, and asking is no attempt on anybody.</summary>
    public bool IsItsOwn(string? file) =>
        file is not null && confinement.WritableFolder is { } folder && file.StartsWith(folder, StringComparison.Ordinal) && file.Length > folder.Length && file[folder.Length] == '/';

    public OpeningAnswer Judge(string? path, ulong flags)
    {
        var writes = (flags & CallFilter.WritingFlags) != 0;

        if (path is null)
        {
            return writes ? OpeningAnswer.Refuse : OpeningAnswer.LetThrough;
        }

        if (writes && confinement.WritableFolder is null)
        {
            // The C library names threads by a file of theirs, and does not mind a no.
            return path.StartsWith("/proc/self/task/", StringComparison.Ordinal) && path.EndsWith("/comm", StringComparison.Ordinal)
                ? OpeningAnswer.RefuseQuietly
                : OpeningAnswer.Refuse;
        }

        if (IsInView(path))
        {
            return OpeningAnswer.LetThrough;
        }

        return confinement.FileRules ? OpeningAnswer.LetTheRulesRefuse : OpeningAnswer.LetThrough;
    }

    /// <summary>Its folder in /proc is in view, and what leads out of there is not: the root, and the folder it was started in.</summary>
    private static bool IsWayOut(string full) => full.StartsWith("/proc/", StringComparison.Ordinal) && full.Split('/').Any(part => part is "root" or "cwd");

    private bool IsInView(string path)
    {
        var full = path.StartsWith('/') ? Path.GetFullPath(path) : "";

        if (IsWayOut(full))
        {
            return false;
        }

        return Array.Exists(_roots, root => full.StartsWith(root, StringComparison.Ordinal) && (full.Length == root.Length || full[root.Length] == '/'));
    }
}
