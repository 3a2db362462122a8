using System.Text.Json.Nodes;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LoraFaaS.Gateway.Tests;

/// <summary>The line that each call leaves, as every host writes it.</summary>
public sealed class LogLineTests : IDisposable
{
    private readonly ServiceProvider _services = HostDefaults.CreateBuilder("gateway", HostDoors.Callers, []).Services.BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_line_is_one_object_and_a_name_in_it_one_field()
    {
        var lines = Written([new("CallId", "c-1"), new("Status", 200), new("CallId", "again"), new("TotalMs", 1.5), new("{OriginalFormat}", "…")], []);

        Assert.Equal(2, lines.Length);
        var first = JsonNode.Parse(lines[0])!;
        Assert.Equal(("info", "gateway", "said ü", 7), ((string?)first["level"], (string?)first["service"], (string?)first["message"], (int?)first["event"]));
        Assert.Equal("""{"CallId":"c-1","Status":200,"TotalMs":1.5}""", first["fields"]!.ToJsonString());
        Assert.Null(JsonNode.Parse(lines[1])!["fields"]);
    }

    [Fact]
    public void A_line_leaves_little_behind()
    {
        KeyValuePair<string, object?>[] fields = [.. Enumerable.Range(0, 13).Select(i => new KeyValuePair<string, object?>($"Field{i}", "some value"))];

        Assert.InRange(Allocations.Least(() => Write(TextWriter.Null, fields)), 0, 500);
    }

    private string[] Written(params KeyValuePair<string, object?>[][] states)
    {
        var text = new StringWriter();

        foreach (var state in states)
        {
            Write(text, state);
        }

        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void Write(TextWriter target, KeyValuePair<string, object?>[] fields) =>
        _services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name.StartsWith("lorafaas", StringComparison.Ordinal)).Write(
            new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Information, "Category", new EventId(7), fields, null, static (_, _) => "said ü"), null, target);
}
