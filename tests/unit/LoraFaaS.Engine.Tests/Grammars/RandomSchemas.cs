using System.Text.Json.Nodes;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>Schemas of every supported keyword, each satisfiable by construction, with a recursive definition among them.</summary>
internal sealed class RandomSchemas(Random random)
{
    private static readonly string[] Names = ["a", "name", "na", "Zoë", "line\nfeed", "quote\"", "日本", "queue"];
    private static readonly string[] Patterns = ["^[a-z]{2,5}$", "^(foo|bar)+-\\d{1,3}$", "\\w[-@. ]\\w", "^[^0-9\"\\\\]+x?$", "[a-zé]|ß", "^[ \t]*$", "^(?:a|b|[c-f]{2}).?$"];

    public string Next()
    {
        var root = (JsonObject)Schema(3);
        root["$defs"] = new JsonObject
        {
            ["tree"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["value"] = new JsonObject { ["type"] = "integer" },
                    ["children"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/$defs/tree" }, ["maxItems"] = 2 },
                },
                ["required"] = new JsonArray("value"),
                ["additionalProperties"] = false,
            },
        };
        return root.ToJsonString();
    }

    private JsonNode Schema(int depth) => random.Next(depth > 0 ? 12 : 6) switch
    {
        0 => Number(),
        1 => new JsonObject { ["type"] = "string", ["minLength"] = random.Next(3), ["maxLength"] = random.Next(3, 9) },
        2 => new JsonObject { ["type"] = "string", ["pattern"] = Patterns[random.Next(Patterns.Length)] },
        3 => new JsonObject { ["enum"] = new JsonArray("x", 1.5, null, new JsonArray(1, "two"), new JsonObject { ["k"] = "v\n", ["l"] = new JsonArray() }) },
        4 => new JsonObject { ["type"] = new JsonArray("boolean", "null", "integer") },
        5 => new JsonObject { ["const"] = "she said \"é\"" },
        6 or 7 => Object(depth),
        8 => Array(depth),
        9 => new JsonObject { ["anyOf"] = new JsonArray(Schema(depth - 1), Schema(depth - 1), Schema(depth - 1)) },
        10 => new JsonObject { ["allOf"] = new JsonArray(Object(depth - 1, isOpen: true), Object(depth - 1, isOpen: true)) },
        _ => new JsonObject { ["$ref"] = "#/$defs/tree" },
    };

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = random.Next(2) == 0 ? "integer" : "number" };
        var low = random.Next(-300, 200);

        if (random.Next(2) == 0)
        {
            schema[random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (random.Next(2) == 0)
        {
            schema[random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = low + random.Next(2, 1500);
        }

        return schema;
    }

    private JsonObject Object(int depth, bool isOpen = false)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());

        // Conjunctions get distinct names, so that no two schemas of one property contradict each other.
        foreach (var name in Names.Where(_ => random.Next(3) == 0))
        {
            var own = isOpen ? $"{name}{random.Next(1_000_000)}" : name;
            properties[own] = Schema(depth - 1);

            if (random.Next(2) == 0)
            {
                required.Add(own);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };

        if (!isOpen && random.Next(3) is var kind and < 2)
        {
            schema["additionalProperties"] = kind == 0 ? false : new JsonObject { ["type"] = "boolean" };
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Schema(depth - 1) };

        if (random.Next(2) == 0)
        {
            schema["prefixItems"] = new JsonArray(Schema(depth - 1), Schema(depth - 1));
        }

        if (random.Next(2) == 0)
        {
            schema["minItems"] = random.Next(4);
            schema["maxItems"] = random.Next(4, 6);
        }

        return schema;
    }
}
