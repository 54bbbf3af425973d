/** The bundler writes style sheets beside the scripts that import them. */
declare module "*.css";
