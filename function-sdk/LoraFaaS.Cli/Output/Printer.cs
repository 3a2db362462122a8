using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console.Rendering;

namespace LoraFaaS.Cli.Output;

/// <summary>Writes a verb's result to standard output in the form that was asked for.</summary>
internal static class Printer
{
    /// <param name="names">What <see cref="OutputForm.Names"/> prints.</param>
    /// <param name="table">What people see; made only for them.</param>
    /// <param name="none">What people see instead where there are no names: that there is nothing, and how there comes to be something.</param>
    public static void Print<T>(ParseResult parse, T value, JsonTypeInfo<T> type, IEnumerable<string> names, Func<IRenderable> table, string? none = null)
    {
        switch (OutputOptions.FormOf(parse))
        {
            case OutputForm.Json:
                Console.WriteLine(JsonSerializer.Serialize(value, type));
                break;
            case OutputForm.Names:
                foreach (var name in names)
                {
                    Console.WriteLine(name);
                }

                break;
            case OutputForm.Table when none is not null && !names.Any():
                Console.WriteLine(none);
                break;
            case OutputForm.Table:
                Terminal.Output.Write(table());
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>One thing was changed: the name of it is the result.</summary>
    /// <param name="done">In one word or a few, for example <c>removed</c>.</param>
    public static void Changed(ParseResult parse, string name, string done) =>
        Line(parse, new Change(name, done), CliJson.Compact.Change, name, $"{name} {done}");

    /// <summary>A result that is one line for people.</summary>
    public static void Line<T>(ParseResult parse, T value, JsonTypeInfo<T> type, string name, string line)
    {
        var form = OutputOptions.FormOf(parse);
        Console.WriteLine(form is OutputForm.Json ? JsonSerializer.Serialize(value, type) : form is OutputForm.Names ? name : line);
    }
}
