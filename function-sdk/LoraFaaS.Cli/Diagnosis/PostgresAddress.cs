using System.Data.Common;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>Host and port of a connection string, as key=value pairs or as a URL.</summary>
internal static class PostgresAddress
{
    private const int UsualPort = 5432;

    public static (string Host, int Port) Read(string connection)
    {
        if (Uri.TryCreate(connection, UriKind.Absolute, out var url) && url.Scheme is "postgres" or "postgresql")
        {
            return (url.Host, url.Port > 0 ? url.Port : UsualPort);
        }

        try
        {
            var pairs = new DbConnectionStringBuilder { ConnectionString = connection };
            var host = Value(pairs, "Host") ?? Value(pairs, "Server") ?? "localhost";
            return (host, int.TryParse(Value(pairs, "Port"), out var port) ? port : UsualPort);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--postgres: {e.Message}");
        }
    }

    private static string? Value(DbConnectionStringBuilder pairs, string key) => pairs.TryGetValue(key, out var value) ? value.ToString() : null;
}
