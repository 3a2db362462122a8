using LoraFaaS.Client;

namespace LoraFaaS.Cli.Connection;

/// <summary>Which gateway, and with what credentials.</summary>
internal sealed record ConnectionSettings(Uri Gateway, string User, string? Password)
{
    /// <summary>Further gateways of the same platform.</summary>
    public IReadOnlyList<Uri> Others { get; init; } = [];

    private static readonly Uri Default = new("http://127.0.0.1:8080");

    /// <exception cref="UsageException">A URL is not one, or a password file cannot be read.</exception>
    public static ConnectionSettings Resolve(
        string? gateway, string? user, string? passwordFile, Uri? stackGateway, Func<string, string?> environment)
    {
        var context = ConnectionContext.TryRead(environment);
        var address = gateway ?? environment("LORAFAAS_GATEWAY");
        IReadOnlyList<Uri> urls;

        if (address is null && stackGateway is not null && stackGateway != Default)
        {
            urls = [stackGateway];
        }
        else
        {
            address ??= environment("OPENFAAS_URL") ?? context?.Gateway ?? Default.ToString();
            urls = [.. address.Split(',', StringSplitOptions.TrimEntries).Select(ReadUrl)];
        }

        // The remembered password belongs to the remembered gateway alone.
        var remembered = context is not null && Uri.TryCreate(context.Gateway, UriKind.Absolute, out var last) && last == urls[0] ? context : null;
        var file = passwordFile ?? environment("LORAFAAS_PASSWORD_FILE");
        var password = passwordFile is null ? environment("LORAFAAS_PASSWORD") : null;

        if (password is null && file is not null)
        {
            password = ReadPassword(file);
        }
        else if (password is null && remembered is not null && File.Exists(remembered.PasswordFile))
        {
            // One that is gone went with its platform: what answers there now says itself what it wants.
            password = ReadPassword(remembered.PasswordFile);
        }

        return new ConnectionSettings(urls[0], user ?? remembered?.User ?? "admin", password) { Others = [.. urls.Skip(1)] };
    }

    /// <summary>With an API key it goes instead of the password, which then stays here.</summary>
    public LoraFaaSClient Connect(string? apiKey = null) => new(new LoraFaaSClientOptions
    {
        Gateway = Gateway,
        OtherGateways = Others,
        ApiKey = apiKey,
        User = Password is null ? null : User,
        Password = Password,
    });

    private static Uri ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"--gateway: not an http URL: {text}");

    private static string ReadPassword(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--password-file: {e.Message}");
        }
    }
}
