using System.Text;
using System.Text.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;
using LoraFaaS.Engine.Grammars.Schemas;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Grammars;

/// <summary>From a request's response format to a grammar over a vocabulary. Bounded in time and memory whatever the schema says.</summary>
public static class GrammarCompiler
{
    /// <summary>What every refusal names.</summary>
    public const string Field = "response_format";

    /// <summary>The response format that asks for any JSON object.</summary>
    public const string AnyObject = "json_object";

    /// <param name="format"><see cref="AnyObject"/>, or a JSON schema's text.</param>
    /// <param name="trie">The vocabulary.</param>
    public static Reading<CompiledGrammar> Compile(string format, TokenTrie trie)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(trie);

        try
        {
            var graph = format == AnyObject ? BuildAnyObject() : BuildSchema(format);

            if (!graph.AcceptsAnything)
            {
                return Reading.Refuse<CompiledGrammar>(Field, $"No value satisfies the schema within a depth of {GrammarLimits.Depth}.");
            }

            var grammar = new CompiledGrammar(graph, trie);
            return grammar.TryWarm()
                ? Reading.Accept(grammar)
                : Reading.Refuse<CompiledGrammar>(Field, "The schema leaves too many possibilities open at once.");
        }
        catch (RefusedException refused)
        {
            return Reading.Refuse<CompiledGrammar>(refused.Why.Field, $"The schema {refused.Why.Message}.");
        }
        catch (JsonException broken)
        {
            return Reading.Refuse<CompiledGrammar>(Field, $"The schema is not valid JSON ({broken.Message}).");
        }
    }

    private static GrammarGraph BuildAnyObject()
    {
        var graph = new GraphBuilder();
        var json = new JsonRules(graph);
        return Finish(graph, json, graph.NewRule(json.BuildObject(json.Member, 0, null, GraphBuilder.End)));
    }

    private static GrammarGraph BuildSchema(string schema)
    {
        if (Encoding.UTF8.GetByteCount(schema) > GrammarLimits.SchemaBytes)
        {
            throw new RefusedException(Field, $"has more than {GrammarLimits.SchemaBytes} bytes");
        }

        using var document = ParseSchema(schema);
        var graph = new GraphBuilder();
        var json = new JsonRules(graph);
        return Finish(graph, json, new SchemaRules(graph, json).Build(SchemaPlace.OfDocument(document.RootElement)));
    }

    /// <summary>Space may come before the value, since prompts end without one; behind it comes the end token.</summary>
    private static GrammarGraph Finish(GraphBuilder graph, JsonRules json, int value) =>
        graph.Build(graph.NewRule(graph.Call(json.Space, graph.Call(value, GraphBuilder.End))));

    private static JsonDocument ParseSchema(string schema)
    {
        try
        {
            var document = JsonDocument.Parse(schema, new JsonDocumentOptions { AllowDuplicateProperties = false });
            ReadTexts(document.RootElement);
            return document;
        }
        catch (InvalidOperationException)
        {
            throw new RefusedException(Field, "holds text that is not valid Unicode");
        }
    }

    /// <summary>Unescapes every string once: a lone surrogate escape is legal JSON, not legal text, and only found so.</summary>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }
}
