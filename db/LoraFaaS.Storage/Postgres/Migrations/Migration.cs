using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.Storage.Postgres.Migrations;

/// <summary>One <c>db/migrations/NNNN_name.sql</c>, as embedded in this program.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const string Folder = "migrations/";

    /// <summary>Over the text with its line ends made one kind, so that a checkout's settings do not count as a change.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(Migration).Assembly;

        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => Read(name[Folder.Length..], assembly.GetManifestResourceStream(name)!)),
        ];
    }

    private static Migration Read(string file, Stream content)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);

        return new Migration(int.Parse(file.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), file, reader.ReadToEnd());
    }
}
