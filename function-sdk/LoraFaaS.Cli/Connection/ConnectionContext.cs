using System.Text.Json;

namespace LoraFaaS.Cli.Connection;

/// <summary>
/// What the last <c>lorafaas up</c> wrote down, so that the next command needs no options: gateway, user and where the password is.
/// Kept in <c>$LORAFAAS_CONFIG/context.json</c> (default: the user's configuration folder).
/// </summary>
internal sealed record ConnectionContext
{
    public required string Gateway { get; init; }

    public required string User { get; init; }

    public required string PasswordFile { get; init; }

    public static ConnectionContext? TryRead(Func<string, string?> environment)
    {
        var path = PathOf(environment);

        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), CliJson.Default.ConnectionContext);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message} Remove the file or mend it.");
        }
    }

    public void Write(Func<string, string?> environment)
    {
        var path = PathOf(environment);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, CliJson.Default.ConnectionContext));
        File.Move(temporary, path, overwrite: true);
    }

    private static string PathOf(Func<string, string?> environment) =>
        Path.Combine(
            environment("LORAFAAS_CONFIG") is { Length: > 0 } folder
                ? folder
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "lorafaas"),
            "context.json");
}
