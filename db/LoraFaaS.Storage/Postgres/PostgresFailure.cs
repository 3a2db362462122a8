using System.Net.Sockets;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>What kind of failure an exception out of Npgsql or EF Core is, however deep it is wrapped.</summary>
internal static class PostgresFailure
{
    /// <summary>The server or the way to it failed, or another transaction was in the way: trying again can help.</summary>
    public static bool IsTransient(Exception exception) => Innermost(exception) switch
    {
        PostgresException postgres => postgres.IsTransient || IsRestart(postgres.SqlState),
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException,
        SocketException or TimeoutException or EndOfStreamException => true,
        _ => false,
    };

    /// <summary>Anything the database said or failed to say, as opposed to an error of this program or a cancellation.</summary>
    public static bool IsDatabase(Exception exception) => Innermost(exception) is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <summary>The text holds a character that Postgres cannot store (U+0000).</summary>
    public static bool IsUnstorableText(Exception exception) =>
        Innermost(exception) is PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire };

    public static string Describe(Exception exception) => Innermost(exception).Message.ReplaceLineEndings(" ");

    // Class 57P: admin shutdown, crash shutdown, cannot connect now. Class 08: connection. 53: out of something. 40: rolled back for others' sake.
    private static bool IsRestart(string sqlState) =>
        sqlState.StartsWith("57P", StringComparison.Ordinal) || sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal) || sqlState.StartsWith("40", StringComparison.Ordinal);

    /// <summary>EF Core wraps what Npgsql throws, and advises retries in its own words.</summary>
    private static Exception Innermost(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is NpgsqlException)
            {
                return inner;
            }
        }

        return exception;
    }
}
