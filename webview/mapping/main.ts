/** The mapping editor's page. */
import { attributes, element } from "../dom";
import { connectHost } from "../host";
import { type FromMapping, type ToMapping } from "../mapping-protocol";
import { plainText } from "../plain-text";
import "./mapping.css";

const { listen } = connectHost<Record<never, never>, FromMapping, ToMapping, object>();
const list = attributes(element("ul"), { "aria-label": "Mapped fields" });
document.body.append(list);

listen((message) => {
  if (message.type !== "state") return;
  const fields = message.state.definition?.fields ?? [];
  list.replaceChildren(...fields.map(({ field, source }) => element("li", plainText(`${field} ← ${source.kind}`))));
});
