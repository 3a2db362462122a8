using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>
/// Fields of chat completions that ask for something else than text of this function: an answer without it would look like one with it, so they are refused by name. Hints that leave the answer's
/// kind alone (store, metadata, service_tier, prediction, reasoning_effort, verbosity, user, safety_identifier, prompt_cache_key, parallel_tool_calls, include_obfuscation) are not looked at.
/// </summary>
internal static class UnservedFields
{
    public static void Refuse(JsonFields fields)
    {
        if (fields.Strings("modalities") is { } modalities && modalities.Any(kind => kind != "text"))
        {
            fields.Refuse("modalities", "must be text alone");
        }

        RefuseIfThere(fields, "audio", "no audio is made here");
        RefuseIfThere(fields, "web_search_options", "nothing is searched for here");
        RefuseIfThere(fields, "functions", "is the older form of tools: send those");

        if (fields.Find("function_call") is { } call && !(call.ValueKind is JsonValueKind.String && (call.ValueEquals("none") || call.ValueEquals("auto"))))
        {
            fields.Refuse("function_call", "is the older form of tool_choice: send that");
        }
    }

    private static void RefuseIfThere(JsonFields fields, string name, string why)
    {
        if (fields.Find(name) is { } value && !(value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0))
        {
            fields.Refuse(name, why);
        }
    }
}
