using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push.Sources;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas backbone add NAME FOLDER</c> and <c>lorafaas backbone list</c>.</summary>
internal static class BackboneCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The name functions refer to it by" };
    private static readonly Argument<string> Folder = new("folder") { Description = "A Hugging Face checkpoint folder, or a repository's folder in the hub's cache (models--OWNER--NAME)" };

    public static Command Create()
    {
        var add = new Command("add", "Register a checkpoint folder") { Name, Folder };
        add.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => AddAsync(parse, stopping), cancellationToken));
        var list = new Command("list", "List backbones");
        list.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ListAsync(parse, stopping), cancellationToken));
        return new Command("backbone", "Register and list backbones") { add, list };
    }

    private static async Task<int> AddAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(parse.GetValue(Folder)!);

        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {folder}; a backbone is a Hugging Face checkpoint folder (config.json, safetensors).");
        }

        folder = HubCache.Resolve(folder);

        using var client = ConnectionOptions.Resolve(parse).Connect();
        var registration = new BackboneRegistration { Name = parse.GetValue(Name), Path = folder };

        // The platform reads every byte of it: minutes for a large one.
        var info = await BusyBar.RunAsync(
            "backbone", OutputOptions.Progress(parse).Silent, () => client.Backbones.RegisterAsync(registration, cancellationToken));
        Printer.Line(parse, info, ContractsJson.Default.BackboneInfo, info.Digest, $"{info.Name}  {info.Digest}  {info.Architecture}");
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var backbones = await client.Backbones.ListAsync(cancellationToken);
        Printer.Print(parse, backbones, ContractsJson.Default.IReadOnlyListBackboneInfo, backbones.Select(backbone => backbone.Name), () => Rows(backbones), "No backbones; `lorafaas backbone add NAME FOLDER` registers one.");
        return ExitCodes.Done;
    }

    private static Table Rows(IEnumerable<BackboneInfo> backbones)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("backbone", "architecture", "parameters", "context", "folder");

        foreach (var backbone in backbones)
        {
            table.AddRow(
                Markup.Escape(backbone.Name),
                Markup.Escape(backbone.Architecture),
                string.Create(CultureInfo.InvariantCulture, $"{backbone.Parameters / 1e6:0.0} M"),
                backbone.ContextLength.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(backbone.Path));
        }

        return table;
    }
}
