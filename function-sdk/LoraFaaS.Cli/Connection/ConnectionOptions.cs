using System.CommandLine;
using System.CommandLine.Parsing;

namespace LoraFaaS.Cli.Connection;

/// <summary>The options that say which platform a command talks to. The same on every verb.</summary>
internal static class ConnectionOptions
{
    public static readonly Option<string?> Gateway = new("--gateway", "-g")
    {
        Description = "The gateway's URL, or those of several gateways of one platform with commas between (else $LORAFAAS_GATEWAY, $OPENFAAS_URL, the last `lorafaas up`, http://127.0.0.1:8080)",
        Recursive = true,
    };

    public static readonly Option<string?> User = new("--user")
    {
        Description = "The Basic auth user (default admin)",
        Recursive = true,
    };

    public static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "A file with the password (else $LORAFAAS_PASSWORD, $LORAFAAS_PASSWORD_FILE, the last `lorafaas up`)",
        Recursive = true,
    };

    public static ConnectionSettings Resolve(ParseResult parse, Uri? stackGateway = null) =>
        ConnectionSettings.Resolve(
            parse.GetValue(Gateway), parse.GetValue(User), parse.GetValue(PasswordFile), stackGateway, Environment.GetEnvironmentVariable);
}
