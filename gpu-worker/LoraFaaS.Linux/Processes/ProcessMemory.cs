using System.Globalization;

namespace LoraFaaS.Linux.Processes;

/// <summary>
/// What /proc/PID/smaps_rollup says of a process, in bytes. Pss splits each shared page evenly over those that map it, so the
/// Pss of several processes may be added up; Rss may not.
/// </summary>
public sealed record ProcessMemory
{
    private const string Unit = " kB";

    public required long Rss { get; init; }

    public required long Pss { get; init; }

    /// <summary>
    /// The part of <see cref="Pss"/> that is mapped files: the runtime's libraries above all, whose share falls and rises with
    /// unrelated processes that map them too. A memfd is not among them.
    /// </summary>
    public required long PssFile { get; init; }

    public required long SharedClean { get; init; }

    public required long SharedDirty { get; init; }

    public required long PrivateClean { get; init; }

    public required long PrivateDirty { get; init; }

    /// <summary>Bytes no other process has a part in.</summary>
    public long Private => PrivateClean + PrivateDirty;

    public static ProcessMemory Read(int processId) =>
        Parse(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/smaps_rollup")));

    internal static ProcessMemory Parse(IEnumerable<string> lines)
    {
        var fields = new Dictionary<string, long>(StringComparer.Ordinal);

        foreach (var line in lines)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);

            if (colon > 0 && line.EndsWith(Unit, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(colon + 1, line.Length - colon - 1 - Unit.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var kilobytes))
            {
                fields[line[..colon]] = kilobytes * 1024;
            }
        }

        return new ProcessMemory
        {
            Rss = fields["Rss"],
            Pss = fields["Pss"],
            PssFile = fields["Pss_File"],
            SharedClean = fields["Shared_Clean"],
            SharedDirty = fields["Shared_Dirty"],
            PrivateClean = fields["Private_Clean"],
            PrivateDirty = fields["Private_Dirty"],
        };
    }
}
