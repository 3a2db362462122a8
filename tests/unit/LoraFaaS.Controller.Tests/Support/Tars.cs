using System.Formats.Tar;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>Tars as strangers make them.</summary>
internal static class Tars
{
    public static MemoryStream OfFolder(string folder) =>
        Of([.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))]);

    public static MemoryStream Of(params (string Name, byte[] Content)[] files)
    {
        var tar = new MemoryStream();

        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        tar.Position = 0;
        return tar;
    }

    public static MemoryStream WithLink(string name, string target)
    {
        var tar = new MemoryStream();

        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });
        }

        tar.Position = 0;
        return tar;
    }
}
