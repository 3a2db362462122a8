namespace LoraFaaS.Storage.Postgres;

internal sealed partial class PostgresRetry
{
    [LoggerMessage(5202, LogLevel.Warning, "Postgres failed ({Failure}); trying again in {Pause}")]
    private partial void LogRetry(TimeSpan pause, string failure);
}
