using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Vllm;

/// <summary>The body of <c>/v1/unload_lora_adapter</c>.</summary>
internal sealed record AdapterUnload(string Name)
{
    public static (AdapterUnload? Unload, Problem? Problem) Parse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private static AdapterUnload? Read(JsonFields fields)
    {
        _ = fields.Long("lora_int_id");

        if (fields.String("lora_name") is { Length: > 0 } name)
        {
            return new AdapterUnload(name);
        }

        fields.Refuse("lora_name", "'lora_name' needs to be provided to unload a LoRA adapter.");
        return null;
    }
}
