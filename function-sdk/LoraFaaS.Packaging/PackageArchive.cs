using System.Formats.Tar;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Packaging;

/// <summary>
/// A package as one artifact: a tar with its files in the order of their paths and every other header field fixed, so that the same files
/// give the same bytes, and so the same digest, whoever packs them.
/// </summary>
public static class PackageArchive
{
    private const UnixFileMode FileMode644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Folder = FileMode644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Assemblies that the handler brings itself. A package's own copies would be other types of the same names, so they are left out.
    /// </summary>
    private static readonly HashSet<string> Brought = new(StringComparer.OrdinalIgnoreCase)
    {
        "LoraFaaS.Functions.dll", "LoraFaaS.Functions.pdb", "LoraFaaS.Functions.xml", "LoraFaaS.Contracts.dll", "LoraFaaS.Contracts.pdb", "LoraFaaS.Contracts.xml",
    };

    /// <summary>Writes a folder's canonical tar. Null when it is written; what is written before a refusal is to be thrown away.</summary>
    public static async Task<Problem?> WriteAsync(string folder, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long bytes = 0;

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(folder, file);

            if (Brought.Contains(relative))
            {
                continue;
            }

            if (!PackagePath.TryRead(relative, out var path))
            {
                return Bad(relative, $"is not a path that a package holds: at most {PackageLimits.MaxPath} plain characters");
            }

            files.Add(path, file);
            bytes += new FileInfo(file).Length;

            if (TooMuch(files.Count, bytes) is { } tooMuch)
            {
                return tooMuch;
            }
        }

        await using var tar = new TarWriter(destination, TarEntryFormat.Ustar, leaveOpen: true);

        foreach (var (path, file) in files)
        {
            await using var content = File.OpenRead(file);
            await tar.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = content, Mode = FileMode644, ModificationTime = DateTimeOffset.UnixEpoch }, cancellationToken);
        }

        return null;
    }

    /// <summary>
    /// Writes the files of anybody's tar below an empty folder, read-only. Null when all is there. Links, devices, paths that climb, a second file of
    /// one path and whatever is over the limits refuse the whole; nothing outside the folder is ever touched.
    /// </summary>
    public static async Task<Problem?> ExtractAsync(Stream tar, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(folder);

        if (await TarMetadata.IsTooLongAsync(tar, cancellationToken))
        {
            return Bad("package", "holds an entry with a name or attributes beyond all measure");
        }

        try
        {
            // The reader of the runtime throws what its arithmetic on a damaged header throws, and at kinds it does not know (sparse files); none of it is ours.
            await using var reader = new TarReader(tar, leaveOpen: true);
            return await ExtractAsync(reader, folder, cancellationToken);
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or FormatException or InvalidOperationException or ArgumentException or OverflowException or NotSupportedException)
        {
            return Bad("package", $"is not a tar archive, or a broken one: {broken.Message}");
        }
    }

    private static async Task<Problem?> ExtractAsync(TarReader reader, string folder, CancellationToken cancellationToken)
    {
        var files = 0;
        long bytes = 0;

        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                return Bad(Short(entry.Name), $"is a {entry.EntryType}; a package holds plain files only");
            }

            if (!PackagePath.TryRead(entry.Name, out var path))
            {
                return Bad(Short(entry.Name), "is not a path that a package holds");
            }

            files++;
            bytes += entry.Length;

            if (TooMuch(files, bytes) is { } tooMuch)
            {
                return tooMuch;
            }

            if (await WriteAsync(entry, Path.Combine(folder, path), cancellationToken) is { } refused)
            {
                return refused;
            }
        }

        return files > 0 ? null : Bad("package", "holds no file");
    }

    private static async Task<Problem?> WriteAsync(TarEntry entry, string target, CancellationToken cancellationToken)
    {
        if (File.Exists(target) || Directory.Exists(target))
        {
            return Bad(Short(entry.Name), "is there twice");
        }

        try
        {
            MakeFolder(Path.GetDirectoryName(target)!);
            await using var file = new FileStream(target, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ReadOnly, Options = FileOptions.Asynchronous,
            });

            if (entry.DataStream is { } content)
            {
                await content.CopyToAsync(file, cancellationToken);
            }

            // Whatever the mask of new files says: who runs it is another user.
            File.SetUnixFileMode(file.SafeFileHandle, ReadOnly);
        }
        catch (IOException taken) when (File.Exists(Path.GetDirectoryName(target)))
        {
            return Bad(Short(entry.Name), $"lies in a folder that is a file: {taken.Message}");
        }

        return null;
    }

    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        MakeFolder(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Folder);
    }

    private static Problem? TooMuch(int files, long bytes) =>
        files > PackageLimits.MaxFiles ? Bad("package", $"holds more than {PackageLimits.MaxFiles} files")
        : bytes > PackageLimits.MaxBytes ? Bad("package", $"holds more than {PackageLimits.MaxBytes >> 20} MiB")
        : null;

    /// <summary>A name from outside, on one line of a message.</summary>
    private static string Short(string name) => string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c));

    private static Problem Bad(string field, string message) => new(ErrorCode.CodeInvalid, message, field);
}
