namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>With the demo's backbone, adapters and functions.</summary>
public sealed class DemoConsole : RunningConsole
{
    protected override Task<IReadOnlyList<string>> OptionsAsync() => Task.FromResult<IReadOnlyList<string>>(["--demo"]);
}
