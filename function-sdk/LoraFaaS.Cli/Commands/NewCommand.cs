using System.CommandLine;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Templates;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas new NAME [--with-code] [--image REFERENCE]</c>: a folder to begin a function in.</summary>
internal static class NewCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The function, and the folder that is made" };
    private static readonly Option<bool> WithCode = new("--with-code") { Description = "With a C# project for code of its own, and its tests" };
    private static readonly Option<string?> Image = new("--image") { Description = "lora://<backbone>/<adapter>[:tag] (default lora://lory-5m/NAME)" };

    public static Command Create()
    {
        var command = new Command("new", "Begin a function: a folder with a stack.yml, and a project where it has code") { Name, WithCode, Image };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = parse.GetValue(Name)!;

        if (!FunctionName.TryParse(name, out _))
        {
            throw new UsageException($"{name} is not a function's name: lower-case letters, digits and dashes.");
        }

        var folder = Path.GetFullPath(name);

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UsageException($"{folder} is there already and not empty.");
        }

        var image = parse.GetValue(Image) ?? $"lora://lory-5m/{name}";
        var withCode = parse.GetValue(WithCode);
        var files = withCode ? await WithCodeAsync(name, image, OutputOptions.Progress(parse), cancellationToken) : FunctionTemplate.WithoutCode(name, image);

        foreach (var (path, text) in files)
        {
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllTextAsync(target, text, cancellationToken);
        }

        var tests = withCode ? $"dotnet test {name}/tests, " : "";
        Printer.Line(
            parse, new BegunFunction(name, folder, [.. files.Keys]), CliJson.Default.BegunFunction, name,
            $"{name}/ is there; next: {tests}lorafaas deploy -f {name}/stack.yml");
        return ExitCodes.Done;
    }

    private static async Task<IReadOnlyDictionary<string, string>> WithCodeAsync(string name, string image, StepLog log, CancellationToken cancellationToken)
    {
        var feed = FunctionsFeed.Find();
        log.Step("packages", $"LoraFaaS.Functions in {feed.Folder}");
        return FunctionTemplate.WithCode(name, image, await BusyBar.RunAsync("packages", log.Silent, () => feed.EnsureAsync(cancellationToken)), feed.Folder, feed.CacheFolder);
    }
}
