using System.Globalization;

namespace LoraFaaS.Cli.Up;

/// <summary>Each host's configuration, from what <c>up</c> was asked for and where the others listen.</summary>
internal static class HostArguments
{
    public static List<string> Controller(UpOptions options, DataFolder data, HostReadyFile? before)
    {
        List<string> arguments =
        [
            "--Host:HttpUrl", before?.Urls["http"] ?? "http://127.0.0.1:0",
            "--Host:RpcUrl", before?.Urls["rpc"] ?? "http://127.0.0.1:0",
            "--Storage:DataPath", Path.Combine(data.Path, "controller"),
            "--Controller:SecretsKeyFile", data.SecretsKeyFile,
        ];

        AddIfGiven(arguments, "--Storage:Postgres", options.Postgres);
        AddIfGiven(arguments, "--Storage:Redis", options.Redis);
        return arguments;
    }

    public static List<string> Worker(UpOptions options, DataFolder data, HostPrograms programs, HostReadyFile controller, HostReadyFile? before)
    {
        List<string> arguments =
        [
            "--Host:HttpUrl", before?.Urls["http"] ?? "http://127.0.0.1:0",
            "--Worker:DataPath", Path.Combine(data.Path, "worker"),
            "--Worker:ControllerRpcUrl", controller.Urls["rpc"],
            "--Worker:SandboxPath", programs.Sandbox,
            "--Worker:Handlers:Path", programs.Handler,
        ];

        AddIfGiven(arguments, "--Worker:Threads", options.Threads > 0 ? options.Threads.ToString(CultureInfo.InvariantCulture) : null);
        AddIfGiven(arguments, "--Worker:DeviceMemory", options.DeviceMemory);
        AddIfGiven(arguments, "--Worker:Weights", options.Weights);
        return arguments;
    }

    /// <summary>It starts before the gateway, whose address it reads once somebody comes.</summary>
    public static List<string> Console(DataFolder data, HostReadyFile? before) =>
    [
        "--Host:HttpUrl", before?.Urls["http"] ?? "http://127.0.0.1:0",
        "--Console:GatewayFile", data.ReadyFileOf(HostKind.Gateway),
    ];

    public static List<string> Gateway(
        UpOptions options, DataFolder data, string passwordFile, HostReadyFile controller, HostReadyFile? console, HostReadyFile? before) =>
    [
        "--Host:HttpUrl", before?.Urls["http"] ?? string.Create(CultureInfo.InvariantCulture, $"http://{options.Host}:{options.Port}"),
        "--Host:GrpcUrl", before?.Urls.GetValueOrDefault("rpc") ?? string.Create(CultureInfo.InvariantCulture, $"http://{options.Host}:{options.GrpcPort}"),
        "--Gateway:PasswordFile", passwordFile,
        "--Gateway:Async:CallbackSecretFile", data.CallbackSecretFile,
        "--Gateway:ControllerHttpUrl", controller.Urls["http"],
        "--Gateway:ControllerRpcUrl", controller.Urls["rpc"],
        "--Gateway:ConsoleUrl", console?.Urls["http"] ?? "",
        "--Gateway:RequireApiKeys", options.RequireApiKeys ? "true" : "false",
        "--Gateway:AllowOpenInvocations", options.InsecureOpen ? "true" : "false",
        "--Gateway:Handover", data.Path,
    ];

    private static void AddIfGiven(List<string> arguments, string name, string? value)
    {
        if (value is not null)
        {
            arguments.Add(name);
            arguments.Add(value);
        }
    }
}
