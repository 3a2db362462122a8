using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Platform;

/// <summary>The built <c>lorafaas</c> command, with its configuration kept out of the user's.</summary>
public static class LorafaasCommand
{
    public static string Assembly { get; } = RepositoryRoot.Built("function-sdk/LoraFaaS.Cli", "lorafaas.dll");

    public static ChildProcess Start(
        IReadOnlyList<string> arguments, string configFolder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var variables = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>(), StringComparer.Ordinal)
        {
            ["LORAFAAS_CONFIG"] = Path.Combine(configFolder, "config"),
            ["NO_COLOR"] = "1",
            ["LORAFAAS_GATEWAY"] = null,
            ["OPENFAAS_URL"] = null,
            ["LORAFAAS_PASSWORD"] = null,
            ["LORAFAAS_PASSWORD_FILE"] = null,
        };

        return ChildProcess.StartDotnet(Assembly, arguments, configFolder, variables);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<CommandResult> RunAsync(string configFolder, string? input, params string[] arguments)
    {
        await using var process = Start(arguments, configFolder);

        if (input is not null)
        {
            await process.SendLineAsync(input);
        }

        process.CloseInput();
        var code = await process.Exited.WaitAsync(Patience.StartLimit);
        return new CommandResult(code, string.Join('\n', process.Output), string.Join('\n', process.Errors));
    }
}
