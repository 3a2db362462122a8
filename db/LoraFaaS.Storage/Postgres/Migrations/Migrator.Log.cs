namespace LoraFaaS.Storage.Postgres.Migrations;

internal sealed partial class Migrator
{
    [LoggerMessage(5201, LogLevel.Information, "Applied migration {Migration}")]
    private partial void LogApplied(string migration);
}
