using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>
/// Typed fields of one JSON object. A wrong type or range is kept in the problems under the field's path and reads as absent; null reads as absent too,
/// as OpenAI's clients send it for "not set". Unknown fields are left alone: newer clients send more than we know.
/// </summary>
internal readonly struct JsonFields(JsonElement element, string path, FieldProblems problems)
{
    public FieldProblems Problems => problems;

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The raw value, or null when absent or JSON's null.</summary>
    public JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public void Refuse(string name, string message) => problems.Add(PathOf(name), message);

    public string? String(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String)
        {
            return value.GetString();
        }

        Refuse(name, "must be a string");
        return null;
    }

    public bool? Bool(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Refuse(name, "must be true or false");
        return null;
    }

    public float? Number(string name, NumberRange range)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            Refuse(name, "must be a number");
            return null;
        }

        if (range.Contains(number))
        {
            return (float)number;
        }

        Refuse(name, range.ToString());
        return null;
    }

    public int? Int(string name, NumberRange range) => (int?)Long(name, range);

    public long? Long(string name, NumberRange? range = null)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (!TryInteger(value, out var number))
        {
            Refuse(name, "must be an integer");
            return null;
        }

        if (range is not { } limits || limits.Contains(number))
        {
            return number;
        }

        Refuse(name, limits.ToString());
        return null;
    }

    public JsonFields? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.Object)
        {
            return new JsonFields(value, PathOf(name), problems);
        }

        Refuse(name, "must be an object");
        return null;
    }

    /// <summary>A list of strings, or one string as a list of it.</summary>
    public IReadOnlyList<string>? Strings(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        if (value.ValueKind is not JsonValueKind.Array)
        {
            Refuse(name, "must be a string or an array of strings");
            return null;
        }

        var strings = new List<string>(value.GetArrayLength());

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.String)
            {
                Refuse(name, "must be a string or an array of strings");
                return null;
            }

            strings.Add(item.GetString()!);
        }

        return strings;
    }

    /// <summary>1.0 is an integer too: some clients know only one kind of number.</summary>
    public static bool TryInteger(JsonElement value, out long number)
    {
        number = 0;

        if (value.ValueKind is not JsonValueKind.Number)
        {
            return false;
        }

        if (value.TryGetInt64(out number))
        {
            return true;
        }

        if (!value.TryGetDouble(out var real) || real != Math.Floor(real) || Math.Abs(real) > 1L << 53)
        {
            return false;
        }

        number = (long)real;
        return true;
    }
}
